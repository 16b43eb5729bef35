internal import Foundation
package import Testing

extension Trait where Self == ConditionTrait {
    /// For minutes of load that take a machine of their own: `THOROUGH=1 scripts/test --filter FaultTests`.
    package static var thorough: Self {
        .enabled(
            if: ProcessInfo.processInfo.environment["THOROUGH"] != nil, "THOROUGH=1 runs it")
    }
}
