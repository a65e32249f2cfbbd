"""Learn AWS roles by using them."""
