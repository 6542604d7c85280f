import Foundation
import Testing

@testable import FuzzTargets

/// The quick form of fuzzing: everything that was ever found, every kept input, and a few thousand mutations of them.
///
/// The long form is `Tests/Fuzz/campaign`.
@Suite struct FuzzTargetsTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fuzz")
  /// Mutations of all targets together.
  private static let mutationCount = 20_000

  private static func target(_ name: String) throws -> FuzzTarget { try #require(FuzzTarget.named(name)) }

  /// The kept inputs, one a line.
  private static func corpus(_ target: FuzzTarget) throws -> [[UInt8]] {
    let file = folder.appending(path: "corpus/\(target.name).hex")
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
      let digits = Array(line.utf8).map { $0 < 0x3a ? $0 - 0x30 : $0 - 0x57 }
      return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
  }

  private func check(_ input: [UInt8], _ target: FuzzTarget, _ name: String) {
    do throws(BrokenPromise) { try target.check(input) } catch {
      Issue.record("\(target.name), \(name), \(input.map { String($0, radix: 16) }): \(error)")
    }
  }

  @Test(arguments: FuzzTarget.all.map(\.name)) func examplesAndKeptInputsHold(name: String) throws {
    let target = try Self.target(name)
    let examples = try target.examples()
    #expect(!examples.isEmpty)
    for (number, example) in examples.enumerated() { check(example, target, "example \(number)") }
    for (number, input) in try Self.corpus(target).enumerated() { check(input, target, "line \(number + 1)") }
  }

  @Test(arguments: FuzzTarget.all.map(\.name)) func whatWasFoundStaysMended(name: String) throws {
    let folder = Self.folder.appending(path: "failures/\(name)")
    let target = try Self.target(name)
    for file in (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? [] {
      check(Array(try Data(contentsOf: file)), target, file.lastPathComponent)
    }
  }

  @Test(arguments: FuzzTarget.all.map(\.name)) func mutationsHold(name: String) throws {
    let target = try Self.target(name)
    let seeds = try target.examples() + Self.corpus(target)
    var mutator = Mutator(seed: 20)
    for round in 0..<Self.mutationCount / FuzzTarget.all.count {
      var input = seeds[round % seeds.count]
      // A second mutation of the first finds what takes two.
      for _ in 0...round % 2 { mutator.mutate(&input, for: target) }
      #expect(input.count <= target.longest || input.count <= seeds[round % seeds.count].count)
      check(input, target, "mutation \(round)")
    }
  }

  @Test func namesAreUnique() {
    #expect(Set(FuzzTarget.all.map(\.name)).count == FuzzTarget.all.count)
  }

  /// Every failure lies in the folder of a target.
  @Test func failuresBelongToTargets() throws {
    let folder = Self.folder.appending(path: "failures")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    #expect(Set(names).isSubset(of: FuzzTarget.all.map(\.name) + ["README.md"]))
  }
}
