"""What every page is made of: state, cached answers, parts, and the frame around them."""
