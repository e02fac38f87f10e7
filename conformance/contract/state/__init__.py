"""State: stored responses, and turns that continue them."""
