"""A worker that comes to no end by itself."""

import threading

threading.Event().wait()
