"""Records: files of rows, typed by the contract, with every row that does not fit set aside and said why."""
