"""What people take away from an interview: transcripts, reports, explanations, letters and comparisons.

The builders are pure: they turn documents into plain data. Templates and labels are files in this package.
"""
