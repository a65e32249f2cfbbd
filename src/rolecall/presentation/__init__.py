"""Text, HTML, and Mermaid views with no widget or web framework in them.

The notebook widgets, the workshop service, and the `rolecall` command use them.
"""
