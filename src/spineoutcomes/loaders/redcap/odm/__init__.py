"""ODM: the project XML of REDCap, walked part by part."""
