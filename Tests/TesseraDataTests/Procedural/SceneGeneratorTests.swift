import TesseraImaging
import TesseraLabels
import Testing

@testable import TesseraData

@Suite struct SceneGeneratorTests {
  private let generator = SceneGenerator(width: 96, height: 64, seed: 7)

  @Test func sameSeedSameScene() {
    #expect(generator.scene(3) == SceneGenerator(width: 96, height: 64, seed: 7).scene(3))
    #expect(generator.scene(3) != generator.scene(4))
    #expect(generator.scene(3) != SceneGenerator(width: 96, height: 64, seed: 8).scene(3))
  }

  @Test func scenesShowEveryClassAndLittleVoid() {
    var counts = [Int](repeating: 0, count: SceneGenerator.labelSet.count)
    var void = 0
    let scenes = 12
    for index in 0..<scenes {
      let map = generator.scene(index).labelMap
      #expect((map.width, map.height, map.classCount) == (96, 64, 8))
      let pixels = map.pixelCounts
      for (index, count) in pixels.classes.enumerated() { counts[index] += count }
      void += pixels.void
    }
    #expect(counts.allSatisfy { $0 > 0 })
    #expect(void > 0 && void < scenes * 96 * 64 / 5)
  }

  /// Sky is above the horizon and ground below: no sky under ground in any column, no ground at the top.
  @Test func thingsAreInTheirPlaces() {
    for index in 0..<8 {
      let map = generator.scene(index).labelMap
      for x in 0..<map.width {
        let column = (0..<map.height).map { map[x, $0] }
        let firstGround = column.firstIndex {
          $0 == .index(SceneClass.road.rawValue) || $0 == .index(SceneClass.pavement.rawValue)
        }
        let lastSky = column.lastIndex(of: .index(SceneClass.sky.rawValue))
        if let firstGround, let lastSky { #expect(lastSky < firstGround) }
      }
      let top = (0..<map.width).map { map[$0, 0] }
      #expect(!top.contains(.index(SceneClass.road.rawValue)))
      #expect(!top.contains(.index(SceneClass.car.rawValue)))
    }
  }

  @Test func borderPixelsBelongToTheFartherThing() {
    var canvas = SceneCanvas(width: 5, height: 3)
    canvas.begin(.sky)
    canvas.rectangle(SIMD2(0, 0), SIMD2(5, 3), .zero)
    canvas.begin(.pole)
    canvas.rectangle(SIMD2(2, -4), SIMD2(2.1, 9), .one)
    let pole = SceneClass.pole
    #expect((0..<15).map { canvas.classes[$0] == pole } == (0..<15).map { $0 % 5 == 2 })
    #expect(canvas.borders() == (0..<15).map { $0 % 5 == 1 || $0 % 5 == 3 })
  }

  @Test func positionsFarOutsideAreClipped() {
    var canvas = SceneCanvas(width: 4, height: 4)
    canvas.begin(.car)
    canvas.rectangle(SIMD2(-1e30, -1e30), SIMD2(-1e20, 1e30), .one)
    canvas.polygon([SIMD2(1e30, 0), SIMD2(1e31, 5), SIMD2(1e30, 9)], .one)
    canvas.ellipse(SIMD2(-1e9, 2), SIMD2(3, 3)) { _, _ in .one }
    #expect(canvas.classes.allSatisfy { $0 == .sky })
    canvas.polygon([SIMD2(-1e30, -1e30), SIMD2(1e30, -1e30), SIMD2(1e30, 1e30), SIMD2(-1e30, 1e30)], .one)
    #expect(canvas.classes.allSatisfy { $0 == .car })
  }

  @Test(arguments: [(16, 16), (17, 200), (200, 16)]) func unusualSizesWork(width: Int, height: Int) {
    for index in 0..<4 {
      let scene = SceneGenerator(width: width, height: height, seed: 1).scene(index)
      #expect(scene.image.pixels.count == 3 * width * height)
      #expect(scene.labelMap.width == width)
    }
  }
}
