"""From a case file to words: what people read about an incident, in four languages."""
