"""What the style guide shows: one module per section with the samples its examples need.

The words in it are samples, so not translated. It is only there with LMS_STYLEGUIDE on.
"""
