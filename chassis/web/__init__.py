"""HTTP: routes as data, one way to fail, one way to protect a form."""
