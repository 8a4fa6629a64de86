"""Help: a page per task with pictures of the real screens, and a one-page guide per post."""
