"""基金运行分析 of a month (T18): figures of the books and of the payments, composed here."""
