"""What became of lesions: sizes, residuals, response, the extent of a resection."""
