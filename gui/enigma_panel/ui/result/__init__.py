"""The viewer of results, in Details and in the window *Result*."""
