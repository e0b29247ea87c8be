"""The pages, one file for each thing a person comes to do. Each asks the services and hands plain values to a template."""
