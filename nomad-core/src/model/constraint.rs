//! Constraints, affinities and spreads: where a job may, would like to, and should be spread to run.

noun! {
    /// A condition that a node must meet (spec/scheduler 6.8).
    Constraint, ConstraintSpec {
        ltarget = "LTarget": plain String;
        rtarget = "RTarget": plain String;
        operand = "Operand": plain String;
    }
}

noun! {
    /// A condition that makes a node more, or with a negative weight less, attractive.
    Affinity, AffinitySpec {
        ltarget = "LTarget": plain String;
        rtarget = "RTarget": plain String;
        operand = "Operand": plain String;
        /// From -100 to 100, never 0.
        weight = "Weight": opt i64;
    }
}

noun! {
    /// Spreads allocations over the values of a node attribute (spec/scheduler 6.14).
    Spread, SpreadSpec {
        attribute = "Attribute": plain String;
        /// From 1 to 100.
        weight = "Weight": opt i64;
        targets = "SpreadTarget": many SpreadTarget;
    }
}

noun! {
    /// The share of allocations that one value of the attribute should get.
    SpreadTarget, SpreadTargetSpec {
        value = "Value": plain String;
        /// From 0 to 100.
        percent = "Percent": plain i64;
    }
}
