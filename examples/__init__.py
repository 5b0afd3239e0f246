"""Programs of other teams, as Ouchi's neighbours would write them."""
