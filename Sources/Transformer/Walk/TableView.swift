import Replication

/// A table as every format sees it: what was compiled of it, and the texts that were prepared.
struct TableView: ~Escapable {
    /// One plan, where it stands: a row asks for little of it and would wait for a copy.
    private let plans: Span<RelationPlan>
    /// The columns that are written, in the order of the table.
    let columns: Span<ColumnPlan>
    /// The plan's fragments are places in here.
    let text: Span<UInt8>
    let types: TypeView

    /// - Parameter index: of the table's plan.
    @inline(__always)
    @_lifetime(borrow plans)
    init(_ index: Int, _ plans: borrowing RelationPlans) {
        self.plans = plans.relations.span.extracting(index..<index + 1)
        let first = self.plans[0].firstColumn
        columns = plans.columns.span.extracting(first..<first + self.plans[0].columnCount)
        text = plans.text.span
        types = plans.types.view
    }

    @inline(__always)
    var plan: RelationPlan { plans[0] }
}

extension OutputBuffer {
    /// Appends a prepared text.
    @inline(__always)
    mutating func append(_ text: borrowing Span<UInt8>, _ fragment: Fragment) {
        append(few: text, from: fragment.start, count: fragment.count)
    }

    /// Makes a list or object of what was appended behind `start`: each item began with a comma, and the first one's
    /// becomes the opening bracket.
    @inline(__always)
    mutating func close(_ opening: Unicode.Scalar, from start: Int, _ closing: Unicode.Scalar) {
        if count > start {
            replace(at: start, with: UInt8(ascii: opening))
        } else {
            append(UInt8(ascii: opening))
        }
        append(UInt8(ascii: closing))
    }
}
