"""The panes of the screen: one module, one `show`. None imports another; the engine knows none of them."""
