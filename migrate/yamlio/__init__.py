"""The two doors to YAML: `read` (PyYAML) and `write` (ruamel.yaml), and the positioned tree between them."""
