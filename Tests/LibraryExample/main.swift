import Foundation
import Walbrook

struct Order: Decodable {
    var id: Int
    var state: String
    var total: Decimal
    var note: MaybeUnchanged<String?>
}

var options = ChangeStream.Options(CommandLine.arguments[1], tables: ["public.orders"])
options.slot = "orders"
options.publications = ["orders"]

for try await event in ChangeStream(options) {
    switch event.kind {
    case .insert, .update:
        guard let order = try event.after?.decode(Order.self) else { break }
        print("order \(order.id) is \(order.state), total \(order.total)")
    case .delete:
        if let id = try event.key?["id", as: Int.self] { print("order \(id) is gone") }
    default:
        print(event)
    }
    event.acknowledge()
}
