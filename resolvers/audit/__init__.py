"""The audit trail: who was shown or changed whose personal data, and the chain that holds it together."""
