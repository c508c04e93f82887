"""What prints the figures that README and notes quote."""
