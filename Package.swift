// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
    name: "walbrook",
    products: [
        .library(name: "Walbrook", targets: ["Walbrook"]),
        .executable(name: "walbrook", targets: ["WalbrookCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: [
        .systemLibrary(
            name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .target(name: "Libpq", dependencies: ["CLibpq"], swiftSettings: settings),
        .target(name: "Replication", swiftSettings: settings),
        .target(name: "Reader", dependencies: ["Libpq", "Replication", logging], swiftSettings: settings),
        .target(
            name: "Transformer",
            dependencies: ["Replication", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),
        .target(
            name: "Sinks",
            dependencies: ["Replication", .product(name: "Crypto", package: "swift-crypto")] + nio,
            swiftSettings: settings),
        .target(
            name: "TransportSecurity",
            dependencies: [.product(name: "NIOSSL", package: "swift-nio-ssl")] + nio,
            swiftSettings: settings),
        .target(
            name: "Walbrook",
            dependencies: ["Libpq", "Replication", "Reader", "Transformer", "Sinks", logging],
            swiftSettings: settings),
        .executableTarget(
            name: "WalbrookCommand",
            dependencies: [
                "Walbrook", "Reader", "Replication", "Sinks", "Transformer", "TransportSecurity", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ] + nio,
            swiftSettings: settings),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "ReplicationTests", dependencies: ["Replication", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "TransformerTests", dependencies: ["Replication", "Transformer"], swiftSettings: settings),
        .testTarget(name: "ReaderTests", dependencies: ["Reader", "Replication"], swiftSettings: settings),
        .target(name: "SystemCalls", path: "Tests/SystemCalls"),
        .testTarget(
            name: "SinksTests",
            dependencies: [
                "Replication", "Sinks", "SystemCalls", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["TestSupport", "Libpq", "Walbrook", "WalbrookCommand", "LibraryExample"],
            exclude: ["Golden", "Python"], swiftSettings: settings),
        .testTarget(
            name: "FaultTests", dependencies: ["TestSupport", "WalbrookCommand"], exclude: ["Python"],
            swiftSettings: settings),
        .testTarget(
            name: "WalbrookTests", dependencies: ["Replication", "Walbrook"], swiftSettings: settings),
        .executableTarget(
            name: "LibraryExample", dependencies: ["Walbrook"], path: "Tests/LibraryExample",
            swiftSettings: settings),
        .executableTarget(
            name: "DecodeBenchmark", dependencies: ["Replication", "Transformer"],
            path: "Tests/DecodeBenchmark", exclude: ["instructions.json"], swiftSettings: settings),
    ]
)
