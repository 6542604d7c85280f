import TesseraLabels
import Testing

@Suite struct LabelMapTests {
  @Test func countsThePixelsOfEachLabel() {
    let counts = drawn(["0.2", "22."], classCount: 4).pixelCounts
    #expect(counts.classes == [1, 0, 3, 0])
    #expect(counts.void == 2)
    #expect(counts.total == 6)
    #expect(counts[.index(2)] == 3)
    #expect(counts[.void] == 2)
  }

  @Test func countsAgreeWithTheLabelsOneByOne() {
    let map = noise(width: 31, height: 17, classCount: 300, seed: 2)
    var classes = [Int](repeating: 0, count: 300)
    var void = 0
    for y in 0..<map.height {
      for x in 0..<map.width {
        switch map[x, y] {
        case .index(let index): classes[index] += 1
        case .void: void += 1
        }
      }
    }
    #expect(map.pixelCounts.classes == classes)
    #expect(map.pixelCounts.void == void)
  }

  @Test func emptyMapHasNoPixels() {
    let map = drawn([], classCount: 2)
    #expect(map.pixelCounts.total == 0)
    #expect(map.indices(void: 255) == [])
  }

  @Test func indicesPutTheChosenNumberForVoid() {
    let map = drawn(["0.1"], classCount: 2)
    #expect(map.indices(void: 255) == [0, 255, 1])
    #expect(map.indices(void: 65535) == [0, 65535, 1])
    #expect(map[1, 0] == .void)
    #expect(map == LabelMap(width: 3, height: 1, classCount: 2, labels: [.index(0), .void, .index(1)]))
  }

  @Test func classIndicesMayBeGivenDirectly() {
    let map = LabelMap(width: 2, height: 1, classCount: 4096, indices: [0, 4095])
    #expect(map[1, 0] == .index(4095))
  }

  @Test(arguments: [3, 4, 255, 4096, 65534, 65535] as [UInt16])
  func indicesWithANumberForVoidComeBack(void: UInt16) {
    let indices = [0, void, 2, 1, void, 0] as [UInt16]
    let map = LabelMap(width: 3, height: 2, classCount: 3, indices: indices, void: void)
    #expect(map == drawn(["0.2", "1.0"], classCount: 3))
    #expect(map.indices(void: void) == indices)
  }

  @Test func everyMixOfClassesAndVoidIsReadFromIndices() {
    #expect(LabelMap(width: 0, height: 0, classCount: 1, indices: [], void: 1) == drawn([], classCount: 1))
    #expect(LabelMap(width: 2, height: 1, classCount: 1, indices: [1, 1], void: 1) == drawn([".."], classCount: 1))
    #expect(LabelMap(width: 2, height: 1, classCount: 1, indices: [0, 0], void: 9) == drawn(["00"], classCount: 1))
    let random = noise(width: 31, height: 17, classCount: 300, seed: 3)
    #expect(
      LabelMap(width: 31, height: 17, classCount: 300, indices: random.indices(void: 300), void: 300) == random)
  }

  @Test func indicesBeyondTheClassesAreACallersBug() async {
    await #expect(processExitsWith: .failure) {
      _ = LabelMap(width: 2, height: 1, classCount: 3, indices: [0, 3], void: 4)
    }
    await #expect(processExitsWith: .failure) {
      _ = LabelMap(width: 2, height: 1, classCount: 3, indices: [0, 65535], void: 4)
    }
    await #expect(processExitsWith: .failure) {
      _ = LabelMap(width: 2, height: 1, classCount: 3, indices: [0, 2], void: 2)
    }
  }
}
