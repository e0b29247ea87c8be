"""The pages, one module for each task. Each calls the services and passes plain values to a template."""
