"""What is bought or looked at together: association rules against a null that knows the sizes of baskets."""

from analytics.rules.changing import CHANGE_SCHEMA, lift_changes
from analytics.rules.judging import RULE_SCHEMA, rules
from analytics.rules.shop import Found, association_rules, rule_changes

__all__ = ["CHANGE_SCHEMA", "RULE_SCHEMA", "Found", "association_rules", "lift_changes", "rule_changes", "rules"]
