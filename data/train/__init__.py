"""Training of the weights in ``data/weights``. Not needed to run Dateline."""
