"""Pages of money: who pays for visits, how workers work, pay periods, what everybody may read of them; and free activities."""
