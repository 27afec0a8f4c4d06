"""The wire: what server and client say to each other. Pydantic models alone; imports no room and nothing of the server."""
