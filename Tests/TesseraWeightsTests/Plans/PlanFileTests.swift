import Foundation
import TesseraTensor
import Testing

@testable import TesseraWeights

struct PlanFileTests {
  static let machine = PlanFile.Machine(processor: "P avx2", library: "L 1", kernels: 1)

  static func request(
    side: Int = 10, parts: [Int] = [16, 8], passes: Set<ConvolutionPass> = [.forward, .weightGradient],
    threads: Int = 2, precision: Precision = .bf16
  ) -> PlanRequest {
    let geometry = ConvolutionGeometry(
      kernel: .init(height: 3, width: 2), stride: .init(height: 1, width: 2), padding: .init(height: 0, width: 1),
      dilation: .init(height: 2, width: 1), groups: 4)
    let shape = ConvolutionShape(
      source: [2, parts.reduce(0, +), side, 12], outputChannels: 8, geometry: geometry, hasBias: true,
      precision: precision)
    return PlanRequest(shape, parts: parts, passes: passes, threads: threads)
  }

  /// Every pass another algorithm, as far as the shape lets it.
  static var tiles: (request: PlanRequest, plan: ConvolutionPlan) {
    let shape = ConvolutionShape(
      source: [1, 16, 9, 9], outputChannels: 16, geometry: .same(kernel: 3), hasBias: false, precision: .f32)
    var plan = ConvolutionPlan(algorithm: .winograd, source: .blocked, destination: .blocked)
    plan.inputGradient = .direct
    return (PlanRequest(shape, parts: [16], passes: .all, threads: 1), plan)
  }

  static let direct = ConvolutionPlan(algorithm: .direct, source: .rows, destination: .channelsLast)

  @Test func plansComeBackAsTheyWere() throws {
    try withTemporaryDirectory { folder in
      let path = "\(folder)/plans.json"
      let plans = [
        Self.request(): Self.direct, Self.request(threads: 1): Self.direct,
        Self.request(passes: .inference, precision: .f32): Self.direct, Self.tiles.request: Self.tiles.plan,
      ]
      var file = PlanFile()
      file.add(plans, of: Self.machine)
      try file.write(durablyTo: path)
      let read = try #require(try PlanFile(path: path))
      #expect(read.plans(of: Self.machine) == plans && read.plans == plans)
    }
  }

  @Test func otherMachinesHaveOtherPlans() throws {
    var file = PlanFile()
    file.add([Self.request(): Self.direct], of: Self.machine)
    let others = [
      PlanFile.Machine(processor: "P avx512", library: "L 1", kernels: 1),
      PlanFile.Machine(processor: "P avx2", library: "L 2", kernels: 1),
      PlanFile.Machine(processor: "P avx2", library: "L 1", kernels: 2),
    ]
    for other in others { #expect(file.plans(of: other).isEmpty) }
    file.add([Self.tiles.request: Self.tiles.plan], of: others[0])
    #expect(file.plans(of: Self.machine) == [Self.request(): Self.direct])
    #expect(file.plans(of: others[0]) == [Self.tiles.request: Self.tiles.plan])
  }

  @Test func newPlansReplaceOldOnesAndTheOldestGo() throws {
    try withTemporaryDirectory { folder in
      var file = PlanFile()
      file.add([Self.tiles.request: Self.tiles.plan, Self.request(): Self.direct], of: Self.machine)
      var plan = Self.tiles.plan
      plan.inputGradient = .winograd
      file.add([Self.tiles.request: plan], of: Self.machine)
      #expect(file.plans(of: Self.machine) == [Self.tiles.request: plan, Self.request(): Self.direct])

      let many = (0..<PlanFile.mostPlans).map { (Self.request(side: 100 + $0), Self.direct) }
      file.add(Dictionary(uniqueKeysWithValues: many), of: Self.machine)
      #expect(file.plans(of: Self.machine) == Dictionary(uniqueKeysWithValues: many))
      for number in 0..<PlanFile.mostMachines {
        file.add([:], of: PlanFile.Machine(processor: "\(number)", library: "", kernels: 1))
      }
      #expect(file.plans(of: Self.machine).isEmpty, "others were used later")
      try file.write(durablyTo: "\(folder)/plans.json")
      #expect(try PlanFile(path: "\(folder)/plans.json") != nil)
    }
  }

  @Test func noFileIsNoError() throws {
    #expect(try PlanFile(path: "/nowhere/plans.json") == nil)
  }

  /// Each row makes one thing of a good file wrong.
  @Test(arguments: [
    ("\"format\":1", "\"format\":2"), ("\"machines\"", "\"machine\""), ("\"winograd\"", "\"magic\""),
    ("\"blocked\",\"blocked\"", "\"blocked\",\"plaid\""), ("\"blocked\",\"blocked\"", "\"blocked\""),
    ("\"blocked\",\"blocked\"", "\"rows\",\"blocked\""), ("\"kernel\":[3,3]", "\"kernel\":[5,5]"),
    ("\"kernel\":[3,3]", "\"kernel\":[3]"), ("\"kernel\":[3,3]", "\"kernel\":[0,3]"),
    ("\"kernel\":[3,3]", "\"kernel\":[3,99]"), ("\"stride\":[1,1]", "\"stride\":[1,-1]"),
    ("\"source\":[1,16,9,9]", "\"source\":[1,16,9]"), ("\"source\":[1,16,9,9]", "\"source\":[1,16,9,9000000000]"),
    ("\"source\":[1,16,9,9]", "\"source\":[1,17,9,9]"), ("\"source\":[1,16,9,9]", "\"source\":[0,16,9,9]"),
    ("\"parts\":[16]", "\"parts\":[]"), ("\"parts\":[16]", "\"parts\":[8,9]"), ("\"parts\":[16]", "\"parts\":[-1,17]"),
    ("\"threads\":1", "\"threads\":0"), ("\"threads\":1", "\"threads\":1e9"), ("\"groups\":1", "\"groups\":3"),
    ("\"precision\":\"f32\"", "\"precision\":\"f64\""), ("\"passes\":[\"forward\"", "\"passes\":[\"sideward\""),
    ("\"passes\":[\"forward\",\"inputGradient\"", "\"passes\":[\"forward\",\"forward\""), ("}", ""), ("{", "[{"),
  ])
  func damageIsFound(_ good: String, _ bad: String) throws {
    try withTemporaryDirectory { folder in
      let path = "\(folder)/plans.json"
      var file = PlanFile()
      file.add([Self.tiles.request: Self.tiles.plan], of: Self.machine)
      try file.write(durablyTo: path)
      let text = String(decoding: try contents(path), as: UTF8.self)
      let range = try #require(text.range(of: good), "\(text)")
      try Data(text.replacingCharacters(in: range, with: bad).utf8).write(to: URL(filePath: path))
      let error = #expect(throws: PlanFileError.self) { try PlanFile(path: path) }
      #expect(error?.description.hasPrefix("\(path): ") == true)
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test func shapesAndMachinesComeOnce() throws {
    try withTemporaryDirectory { folder in
      let path = "\(folder)/plans.json"
      var file = PlanFile()
      file.add([Self.tiles.request: Self.tiles.plan], of: Self.machine)
      try file.write(durablyTo: path)
      let text = String(decoding: try contents(path), as: UTF8.self)
      let plan =
        try #require(text.range(of: "\"plans\":[")).upperBound..<(try #require(text.range(of: "]}]}"))).lowerBound
      let twice = text.replacingCharacters(in: plan, with: "\(text[plan]),\(text[plan])")
      try Data(twice.utf8).write(to: URL(filePath: path))
      #expect(throws: PlanFileError.self) { try PlanFile(path: path) }
    }
  }
}
