import Foundation
import Synchronization
import TesseraTensor
import Testing

@testable import TesseraWeights

struct PlanCacheTests {
  private typealias Files = PlanFileTests

  private static func cache(_ path: String, kernels: Int = 1) -> PlanCache {
    PlanCache(path: path, machine: PlanFile.Machine(processor: "P", library: "L", kernels: kernels))
  }

  private static func request(_ side: Int) -> PlanRequest {
    PlanRequest(
      ConvolutionShape(
        source: [1, 32, side, 64], outputChannels: 32, geometry: .same(kernel: 3), hasBias: false, precision: .f32),
      parts: [32], passes: .all, threads: 1)
  }

  private static let last = ConvolutionPlan(algorithm: .direct, source: .channelsLast, destination: .channelsLast)
  private static let rows = ConvolutionPlan(algorithm: .direct, source: .rows, destination: .rows)

  @Test func theFolderIsThatOfTheEnvironment() {
    func path(_ environment: [String: String]) -> String? { PlanCache.usual(environment: environment).path }
    #expect(path(["XDG_CACHE_HOME": "/c", "HOME": "/h"]) == "/c/tessera/plans.json")
    #expect(path(["XDG_CACHE_HOME": "relative", "HOME": "/h"]) == "/h/.cache/tessera/plans.json")
    #expect(path(["XDG_CACHE_HOME": "", "HOME": "/h"]) == "/h/.cache/tessera/plans.json")
    #expect(path([:]) == nil)
  }

  @Test func whatOneProcessMeasuresTheNextOneKnows() throws {
    try withTemporaryDirectory { folder throws in
      let path = "\(folder)/a/b/plans.json"
      let measured = Mutex(0)
      func store(_ plan: ConvolutionPlan, kernels: Int = 1) -> PlanStore {
        let store = PlanStore()
        let warning = Self.cache(path, kernels: kernels).begin(for: store) { _ in
          measured.withLock { $0 += 1 }
          return plan
        }
        #expect(warning == nil)
        return store
      }
      let first = store(Self.last)
      #expect(first.plan(for: Self.request(64)) == Self.last)
      let second = store(Self.rows)
      #expect(second.plan(for: Self.request(64)) == Self.last)
      #expect(measured.withLock { $0 } == 1)
      // Both go on, and neither loses what the other found.
      #expect(second.plan(for: Self.request(65)) == Self.rows)
      #expect(first.plan(for: Self.request(66)) == Self.last)
      let kept = try Self.cache(path).plans()
      #expect(
        kept == [Self.request(64): Self.last, Self.request(65): Self.rows, Self.request(66): Self.last])
      // Other kernels may be faster elsewhere.
      let third = store(Self.rows, kernels: 2)
      #expect(third.plan(for: Self.request(64)) == Self.rows)
      let old = try Self.cache(path).plans()
      #expect(old == kept, "they have plans of their own")
    }
  }

  @Test(arguments: ["", "{", "{\"format\":9,\"machines\":[]}", "\u{0}"])
  func damageCostsAWarningAndIsMended(_ text: String) throws {
    try withTemporaryDirectory { folder throws in
      let path = "\(folder)/plans.json"
      try Data(text.utf8).write(to: URL(filePath: path))
      let last = Self.last
      let store = PlanStore()
      let warning = try #require(Self.cache(path).begin(for: store) { _ in last })
      #expect(warning.hasPrefix(path) && warning.hasSuffix("measured again") && !warning.contains("\n"))
      #expect(store.plan(for: Self.request(64)) == Self.last)
      #expect(try Self.cache(path).plans() == [Self.request(64): Self.last])
    }
  }

  @Test(arguments: ["file/plans.json", "folder"])
  func whatCannotBeWrittenIsDoneWithout(_ name: String) throws {
    try withTemporaryDirectory { folder throws in
      try Data("kept".utf8).write(to: URL(filePath: "\(folder)/file"))
      try FileManager.default.createDirectory(atPath: "\(folder)/folder", withIntermediateDirectories: true)
      let last = Self.last
      let store = PlanStore()
      _ = Self.cache("\(folder)/\(name)").begin(for: store) { _ in last }
      #expect(store.plan(for: Self.request(64)) == Self.last)
      #expect(try contents("\(folder)/file") == Array("kept".utf8))
      #expect(try names(in: folder).sorted() == ["file", "folder"])
    }
  }

  @Test func withoutAHomeNothingIsKept() {
    let last = Self.last
    let store = PlanStore()
    #expect(PlanCache(path: nil).begin(for: store) { _ in last } == nil)
    #expect(store.plan(for: Self.request(64)) == Self.last)
  }

  @Test func theMachineIsNamed() {
    let machine = PlanFile.Machine.current
    #expect(machine.library.hasPrefix("oneDNN ") && machine.kernels >= 1)
    #expect(machine.processor.hasPrefix(Processor.current.model))
  }
}
