"""Pure rules that more than one service needs: what was typed, days, card numbers, the library's policy."""
