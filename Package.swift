// swift-tools-version: 6.2
import PackageDescription

/// One set of compiler settings for every Swift target.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A Swift library target with the shared settings.
func library(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

/// A program that shows how something is done, in a folder of its own.
func sample(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name,
    dependencies: dependencies + ["TesseraImaging", "TesseraLabels", "TesseraNN", "TesseraTensor", argumentParser],
    path: "Samples/\(name)", swiftSettings: settings)
}

/// The tests of one target, in the folder that mirrors it.
func tests(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies, exclude: exclude,
    resources: resources, swiftSettings: settings)
}

let package = Package(
  name: "tessera",
  products: [
    .library(name: "TesseraLabels", targets: ["TesseraLabels"]),
    .library(name: "TesseraImaging", targets: ["TesseraImaging"]),
    .library(name: "TesseraData", targets: ["TesseraData"]),
    .library(name: "TesseraWeights", targets: ["TesseraWeights"]),
    .library(name: "TesseraProtocol", targets: ["TesseraProtocol"]),
    .library(name: "TesseraCredentials", targets: ["TesseraCredentials"]),
    .library(name: "TesseraClient", targets: ["TesseraClient"]),
    .library(name: "TesseraServer", targets: ["TesseraServer"]),
    .library(name: "TesseraConformance", targets: ["TesseraConformance"]),
    .library(name: "TesseraTraining", targets: ["TesseraTraining"]),
    .library(name: "TesseraInference", targets: ["TesseraInference"]),
    .executable(name: "tessera", targets: ["tessera"]),
    .executable(name: "tessera-bench", targets: ["tessera-bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Level 0: C shims over the native libraries.
    .target(name: "CTesseraBLAS", linkerSettings: [.linkedLibrary("openblas")]),
    .target(name: "CTesseraDNN", linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("gomp")]),
    .target(name: "CTesseraKernels", linkerSettings: [.linkedLibrary("gomp")]),
    .target(name: "CTesseraPNG", linkerSettings: [.linkedLibrary("png16")]),
    .target(name: "CTesseraZstd", linkerSettings: [.linkedLibrary("zstd")]),

    // Level 1
    library("TesseraFiles", []),
    library("TesseraLabels", []),
    library("TesseraTensor", ["CTesseraBLAS", "CTesseraDNN", "CTesseraKernels"]),

    // Level 2
    library("TesseraNN", ["TesseraTensor"]),
    library("TesseraImaging", ["TesseraFiles", "TesseraLabels", "CTesseraPNG"]),
    library("TesseraProtocol", ["TesseraLabels", "CTesseraZstd", nioCore, crypto]),

    // Level 3
    library("TesseraCredentials", ["TesseraFiles", "TesseraProtocol", nioCore, nioSSL]),
    library("TesseraModels", ["TesseraNN", "TesseraTensor"]),
    library("TesseraData", ["TesseraFiles", "TesseraImaging", "TesseraLabels", "TesseraTensor", crypto, yams]),

    // Level 4
    library(
      "TesseraServer",
      [
        "TesseraCredentials", "TesseraProtocol", "TesseraLabels", nioCore, nioHTTP1, nioPosix, nioSSL, nioTLS, logging,
        metrics, serviceLifecycle,
      ]),
    library(
      "TesseraClient",
      ["TesseraCredentials", "TesseraProtocol", "TesseraLabels", nioCore, nioPosix, nioSSL, nioTLS]),
    library(
      "TesseraConformance",
      ["TesseraCredentials", "TesseraProtocol", "TesseraLabels", nioCore, nioPosix, nioSSL, nioTLS]),
    library(
      "TesseraWeights",
      ["TesseraFiles", "TesseraModels", "TesseraNN", "TesseraTensor", "TesseraLabels", crypto]),

    // Level 5
    library(
      "TesseraTraining",
      [
        "TesseraFiles", "TesseraModels", "TesseraWeights", "TesseraData", "TesseraNN", "TesseraTensor", "TesseraLabels",
      ]),
    library(
      "TesseraInference",
      [
        "TesseraModels", "TesseraWeights", "TesseraImaging", "TesseraProtocol", "TesseraNN",
        "TesseraTensor", "TesseraLabels", "TesseraFiles", crypto,
      ]),

    // Level 6
    .executableTarget(
      name: "tessera",
      dependencies: [
        "TesseraTraining", "TesseraInference", "TesseraServer", "TesseraClient", "TesseraConformance",
        "TesseraCredentials", "TesseraData",
        "TesseraImaging", "TesseraLabels", "TesseraModels", "TesseraProtocol", "TesseraWeights",
        "TesseraTensor", argumentParser, logging, serviceLifecycle, unixSignals, yams,
      ], swiftSettings: settings),
    .executableTarget(
      name: "tessera-bench",
      dependencies: [
        "TesseraTraining", "TesseraInference", "TesseraClient", "TesseraProtocol", "TesseraData", "TesseraFiles",
        "TesseraImaging", "TesseraLabels", "TesseraModels", "TesseraWeights", "TesseraNN", "TesseraTensor",
        argumentParser, nioCore, nioHTTP1, nioPosix,
      ],
      swiftSettings: settings),

    // Samples: what they share, and one program each.
    .systemLibrary(name: "CZlib", path: "Samples/CZlib", providers: [.apt(["zlib1g-dev"])]),
    library(
      "SampleKit", ["TesseraFiles", "TesseraImaging", "TesseraLabels", "TesseraTensor", argumentParser],
      path: "Samples/Kit"),
    library(
      "Digits",
      [
        "SampleKit", "CZlib", "TesseraFiles", "TesseraImaging", "TesseraLabels", "TesseraNN", "TesseraTensor",
        argumentParser,
      ], path: "Samples/Digits"),
    sample("GaussianGAN", ["SampleKit"]),
    sample("DigitsGAN", ["SampleKit", "Digits"]),
    sample("SemiSupervisedDigits", ["SampleKit", "Digits"]),
    sample("PseudoLabels", ["SampleKit", "Digits"]),

    // What tests of several targets share.
    library("TestSupport", ["TesseraLabels", "TesseraProtocol"], path: "Tests/Support"),

    // Tests mirror Sources.
    tests("TesseraFiles"),
    tests("TesseraLabels", ["TestSupport"]),
    tests("TesseraTensor"),
    tests("TesseraNN", ["TesseraTensor"]),
    tests("TesseraImaging", ["TesseraFiles", "TesseraLabels", crypto], resources: [.copy("Goldens")]),
    tests("TesseraProtocol", ["TestSupport", "TesseraLabels", nioCore, crypto], exclude: ["Kaitai/interpret_ksy.py"]),
    tests(
      "TesseraWeights", ["TesseraFiles", "TesseraModels", "TesseraLabels", "TesseraNN", "TesseraTensor"],
      exclude: ["Goldens"]),
    tests("TesseraModels", ["TesseraNN", "TesseraTensor", "TesseraWeights"], exclude: ["Goldens"]),
    tests("TesseraData", ["TesseraImaging", "TesseraLabels", "TesseraTensor"]),
    tests("TesseraCredentials", ["TesseraProtocol"]),
    tests(
      "TesseraServer",
      [
        "TesseraClient", "TesseraConformance", "TesseraCredentials", "TesseraProtocol", "TesseraLabels", nioCore,
        nioPosix, nioSSL, logging, metrics, serviceLifecycle,
      ]),
    tests(
      "TesseraConformance",
      ["TestSupport", "TesseraServer", "TesseraProtocol", "TesseraLabels", nioCore, nioPosix, logging]),
    tests(
      "TesseraTraining",
      [
        "TesseraData", "TesseraImaging", "TesseraModels", "TesseraWeights", "TesseraNN", "TesseraTensor",
        "TesseraLabels",
      ],
      exclude: ["Goldens"]),
    tests(
      "TesseraInference",
      [
        "TesseraImaging", "TesseraModels", "TesseraNN", "TesseraWeights", "TesseraProtocol", "TesseraLabels",
        "TesseraTensor",
      ]),
    .testTarget(
      name: "SamplesTests",
      dependencies: [
        "SampleKit", "Digits", "GaussianGAN", "DigitsGAN", "SemiSupervisedDigits", "PseudoLabels", "TesseraFiles",
        "TesseraImaging", "TesseraLabels", "TesseraNN", "TesseraTensor", argumentParser,
      ], swiftSettings: settings),
    // What fuzzing calls, and the quick form of it.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "TestSupport", "CTesseraPNG", "CTesseraZstd", "TesseraData", "TesseraImaging", "TesseraLabels",
        "TesseraProtocol", "TesseraWeights", nioCore,
      ], path: "Tests/Fuzz/Targets", swiftSettings: settings),
    tests("FuzzTargets", ["TesseraImaging"]),
    // A program that writes one file durably, for faults to fall into.
    .executableTarget(
      name: "durable-writer", dependencies: ["TesseraWeights"], path: "Tests/Campaigns/Writer",
      swiftSettings: settings),
    // A program that asks a server for answers that are known.
    .executableTarget(
      name: "crosstalk-load",
      dependencies: ["TesseraClient", "TesseraImaging", "TesseraLabels", "TesseraProtocol"],
      path: "Tests/Campaigns/Load", swiftSettings: settings),
    // A program whose every allocation is refused in turn.
    .executableTarget(
      name: "starved-shims", dependencies: ["CTesseraPNG", "CTesseraZstd", "CTesseraDNN"],
      path: "Tests/Campaigns/Starved"),
    .testTarget(
      name: "CampaignTests", dependencies: ["durable-writer", "crosstalk-load", "starved-shims", "tessera"],
      swiftSettings: settings),
    .testTarget(name: "ProjectTests", swiftSettings: settings),
    .testTarget(
      name: "tessera-benchTests",
      dependencies: [
        "tessera-bench", "TesseraImaging", "TesseraLabels", "TesseraModels", "TesseraTensor", argumentParser, nioCore,
        nioHTTP1, nioPosix,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "tesseraTests",
      dependencies: ["TestSupport", "tessera", "TesseraCredentials", "TesseraLabels", "TesseraImaging", "TesseraData"],
      swiftSettings: settings),
  ]
)
