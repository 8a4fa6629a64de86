"""支付能力: months of capacity, forecast to the year's end, policy gate, and who is warned."""
