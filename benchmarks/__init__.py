"""`make bench`: how fast Ouchi is, each figure beside the bare work that it cannot beat, taken in the same run."""
