import TesseraLabels
import TesseraProtocol
import Testing

@testable import TesseraServer

@Suite struct ServedModelsTests {
  @Test func currentOnesFirstThenEarlierOnesThatAreHeld() {
    let models = ServedModels([FakeService(name: "a", generation: 1), FakeService(name: "b", generation: 4)])
    let first = models.generation(of: FakeService(name: "a", generation: 1).model)
    models.replace(by: FakeService(name: "a", generation: 2))
    models.replace(by: FakeService(name: "a", generation: 5))
    func names(_ descriptions: [ModelDescription]) -> [String] { descriptions.map { "\($0.name)@\($0.generation)" } }
    #expect(names(models.descriptions) == ["a@5", "b@4"])
    withExtendedLifetime(first) { #expect(names(models.table.descriptions) == ["a@5", "b@4", "a@1"]) }
    #expect(first?.model.generation == 1)
    #expect(models.generation(of: FakeService(name: "a", generation: 2).model) == nil)
    #expect(models.generation(of: FakeService(name: "b", generation: 5).model) == nil)
  }

  @Test func aTableKeepsWhatItTells() {
    let models = ServedModels([FakeService(generation: 1)])
    let table = models.table
    models.replace(by: FakeService(generation: 2))
    withExtendedLifetime(table) {
      #expect(models.generation(of: table.descriptions[0])?.model.generation == 1)
    }
  }

  @Test func readiness() {
    #expect(ServedModels([FakeService()]).areLoaded)
    let models = ServedModels()
    models.add(FakeService())
    #expect(!models.areLoaded && !models.table.areLoaded)
    models.finishLoading()
    #expect(models.areLoaded && models.table.areLoaded)
  }

  @Test func changesOfClasses() throws {
    func classes(_ names: [String], red: UInt8 = 1) -> [LabelClass] {
      names.map { LabelClass(name: $0, color: Color(red: red, green: 2, blue: 3)) }
    }
    let old = classes(["sky", "road", "car"])
    #expect(ClassChange(from: old, to: old) == nil)
    let moved = try #require(ClassChange(from: old, to: classes(["road", "sky", "tree"])))
    #expect("\(moved)" == "moved road from 1 to 0, moved sky from 0 to 1, added tree, removed car")
    let painted = try #require(ClassChange(from: old, to: classes(["sky", "road", "car"], red: 9)))
    #expect("\(painted)" == "recoloured sky, recoloured road, recoloured car")
    let many = try #require(ClassChange(from: old, to: old + classes((0..<20).map { "c\n\($0)" })))
    #expect("\(many)".hasSuffix("and 12 more") && !"\(many)".contains("\n"))
  }
}
