import Replication

/// A table as every format sees it: what was compiled of it, and the texts that were prepared.
struct TableView: ~Escapable {
    let plan: RelationPlan
    /// The columns that are written, in the order of the table.
    let columns: Span<ColumnPlan>
    /// The plan's fragments are places in here.
    let text: Span<UInt8>
    let types: TypeView

    @_lifetime(borrow plans)
    init(_ plan: RelationPlan, _ plans: borrowing RelationPlans) {
        self.plan = plan
        columns = plans.columns.span.extracting(plan.firstColumn..<plan.firstColumn + plan.columnCount)
        text = plans.text.span
        types = plans.types.view
    }
}

extension OutputBuffer {
    /// Appends a prepared text.
    @inline(__always)
    mutating func append(_ text: borrowing Span<UInt8>, _ fragment: Fragment) {
        append(few: text, from: fragment.start, count: fragment.count)
    }
}
