"""The manager's page: words, charts and templates, all made from the JSON of the reports."""
