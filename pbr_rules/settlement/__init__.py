"""The exact steps: from counts to the statement, with the working of every figure kept."""
