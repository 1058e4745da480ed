"""The picture: what one coordinator may see of a household, masked and explained, never more."""
