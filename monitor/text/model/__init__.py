"""Trained linear models over hashed n-grams: counting, weights as numbers, fitting, calibration."""
