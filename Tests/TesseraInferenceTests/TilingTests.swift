import TesseraLabels
import TesseraModels
import TesseraProtocol
import TesseraWeights
import Testing

@testable import TesseraInference
@testable import TesseraTensor

@Suite(.serialized)
struct TilingTests {
  @Test(arguments: [(1, 1), (31, 33), (320, 97), (641, 1000)], [(1, 1), (64, 32), (100, 500), (2000, 2000)])
  func tilesCoverEachPixelOnceWithAMarginAround(_ size: (Int, Int), _ tile: (Int, Int)) {
    let image = PixelSize(width: size.1, height: size.0)
    let tiling = Tiling(image, tile: PixelSize(width: tile.1, height: tile.0), margin: 60)
    let filled = PixelSize(width: Tiling.aligned(size.1), height: Tiling.aligned(size.0))
    var seen = [Int](repeating: 0, count: size.0 * size.1)
    for window in tiling.windows {
      #expect(window.rows.count == tiling.window.height && window.columns.count == tiling.window.width)
      #expect(window.rows.lowerBound % 32 == 0 && window.columns.lowerBound % 32 == 0)
      #expect((0...filled.height).contains(window.rows.upperBound) && window.columns.upperBound <= filled.width)
      #expect(window.rows.lowerBound <= max(0, window.tileRows.lowerBound - 60))
      #expect(window.rows.upperBound >= min(filled.height, window.tileRows.upperBound + 60))
      #expect(window.columns.lowerBound <= max(0, window.tileColumns.lowerBound - 60))
      #expect(window.columns.upperBound >= min(filled.width, window.tileColumns.upperBound + 60))
      for row in window.tileRows { for column in window.tileColumns { seen[row * size.1 + column] += 1 } }
    }
    #expect(seen.allSatisfy { $0 == 1 })
  }

  /// The walk through the layers against what a changed pixel changes.
  @Test func scoresFollowFromNothingBeyondTheReach() throws {
    let reach = try #require(Architecture.unet(width: 4).reach)
    let predictor = Predictor(try randomModel(.unet(width: 4)).model)
    let side = 160
    var furthest = 0
    for place in [80, 83, 87] {
      var pixels = randomImage(side, side)
      let before = predictor.logits(pixels: pixels, height: side, width: side).elements
      for channel in 0..<3 { pixels[3 * (place * side + place) + channel] ^= 0xFF }
      let after = predictor.logits(pixels: pixels, height: side, width: side).elements
      for index in before.indices where before[index] != after[index] {
        let pixel = index % (side * side)
        furthest = max(furthest, abs(pixel / side - place), abs(pixel % side - place))
      }
    }
    #expect(furthest <= reach && furthest > reach / 2, "\(furthest) of \(reach)")
    #expect(Architecture.lraspp.reach == nil && Architecture.farabet.reach == nil)
    #expect(try #require(Architecture.dilated8.reach) > 264)
  }

  /// Fills an image up as ``Tiling`` thinks it filled: `Predictor` takes the mean colour to be 0.
  private func filledLogits(_ model: StoredModel, _ pixels: [UInt8], _ size: PixelSize) -> Tensor {
    let (height, width) = (Tiling.aligned(size.height), Tiling.aligned(size.width))
    let image = Tensor([1, 3, height, width]) { planes in
      planes.update(repeating: 0)
      for index in pixels.indices {
        let (row, column) = (index / 3 / size.width, index / 3 % size.width)
        planes[(index % 3 * height + row) * width + column] =
          model.model.normalization.table(channel: index % 3)[Int(pixels[index])]
      }
    }
    return Predictor(model.model).logits(image).cropped(height: size.height, width: size.width)
  }

  @Test(arguments: [(256, 40), (37, 250), (231, 110)])
  func tilesOfAUNetAreTheImageSeenWhole(_ height: Int, _ width: Int) async throws {
    let model = try randomModel(.unet(width: 4))
    let size = PixelSize(width: width, height: height)
    let pixels = randomImage(height, width)
    let whole = Prediction(logits: filledLogits(model, pixels, size), withProbabilities: true)
    let engine = try Engine(model, tile: PixelSize(width: 96, height: 96), threads: 1)
    let result = try await engine.segment(
      rgbRequest(pixels, height, width, [.labels, .confidence, .probabilitiesF32]))
    guard case .f32(let probabilities) = result.probabilities, let expected = whole.probabilities else {
      Issue.record("no probabilities")
      return
    }
    let difference = zip(probabilities, expected).map { abs($0 - $1) }.max() ?? 1
    #expect(probabilities.count == expected.count && difference <= 1e-5, "\(difference)")
    #expect(result.labels == whole.labels && result.confidence == whole.confidence)
  }

  /// Each window weighs channels by its own means: no bound follows from the layers, and this is what was measured.
  @Test func tilesOfANetworkWithMeansOverTheImageAreNearlyTheImageSeenWhole() async throws {
    let model = try randomModel(.lraspp)
    let (height, width) = (64, 480)
    let request = rgbRequest(randomImage(height, width), height, width)
    let whole = try await Engine(model, threads: 1).segment(request)
    let cut = try await Engine(model, tile: PixelSize(width: 64, height: 64), threads: 1).segment(request)
    guard let a = whole.labels?.indices(void: .max), let b = cut.labels?.indices(void: .max) else {
      Issue.record("no labels")
      return
    }
    let same = Double(zip(a, b).count { $0 == $1 }) / Double(a.count)
    #expect(same > 0.9, "\(same) of the labels")
  }

  @Test(arguments: [(1, 1), (40, 30), (64, 64)])
  func anImageWithinTheTileIsNotCut(_ height: Int, _ width: Int) async throws {
    let model = try randomModel(.unet(width: 4))
    let request = rgbRequest(randomImage(height, width), height, width)
    let whole = try await Engine(model, threads: 1).segment(request)
    let cut = try await Engine(model, tile: PixelSize(width: 64, height: 64), threads: 1).segment(request)
    #expect(whole.labels == cut.labels && whole.probabilities == cut.probabilities)
  }

  @Test func onePixelTilesAreRoundedUp() async throws {
    let engine = try Engine(try randomModel(.unet(width: 4)), tile: PixelSize(width: 1, height: 1), threads: 1)
    let result = try await engine.segment(rgbRequest(randomImage(34, 2), 34, 2))
    #expect(result.labels?.size == PixelSize(width: 2, height: 34))
  }

  @Test func aTiledImageStaysWithinItsMemory() throws {
    let model = try randomModel(.unet(width: 4))
    let need = model.model.imageMemoryNeed(precision: .f32)
    let (height, width) = (500, 900)
    // A third of what the whole image would take.
    let limit = need.bytes(pixels: height * width) / 3
    let memory = ImageMemory(need: need, limit: limit, architecture: model.model.architecture, classCount: 3)
    #expect(memory.pixels >= height * width && memory.wholePixels < height * width)
    let size = PixelSize(width: width, height: height)
    let tiling = try #require(memory.tiling(of: size, tile: nil))
    #expect(tiling.windows.count > 1)
    let pixels = randomImage(height, width)
    let tiled = TiledPredictor(
      predictor: Predictor(model.model), normalization: model.model.normalization, classCount: 3)
    var prediction: Prediction?
    let taken = try StoragePool.bytesTaken {
      prediction = try tiled.predict(pixels, size, tiling, outputs: .labels) { true }
    }
    #expect(taken <= limit / 2, "\(taken) of \(limit / 2)")
    #expect(prediction?.labels.size == size)
    let uncut = StoragePool.bytesTaken {
      _ = tiled.predictor.logits(pixels: pixels, height: height, width: width)
    }
    #expect(uncut > limit / 2, "\(uncut)")
  }

  @Test func anImageBeyondTheMemoryIsCutByItself() async throws {
    let model = try randomModel(.unet(width: 4))
    let need = model.model.imageMemoryNeed(precision: .f32)
    let engine = try Engine(model, memory: need.bytes(pixels: 450 * 600) / 2, threads: 1)
    let large = rgbRequest(randomImage(450, 600), 450, 600, .labels)
    #expect(engine.memory.tiling(of: PixelSize(width: 600, height: 450), tile: nil) != nil)
    let result = try await engine.segment(large)
    let cut = try await Engine(model, tile: PixelSize(width: 64, height: 64), threads: 1).segment(large)
    #expect(result.labels == cut.labels)
    // A memory in which not even a tile fits takes small images still.
    let tiny = try Engine(model, memory: need.bytes(pixels: 64 * 64), threads: 1)
    #expect(tiny.model.maximumPixels >= 64 * 64 && tiny.model.maximumPixels < 128 * 128)
  }

  @Test func anImageIsGivenUpBetweenTiles() throws {
    let model = try randomModel(.unet(width: 4))
    let size = PixelSize(width: 300, height: 300)
    let tiling = Tiling(size, tile: PixelSize(width: 32, height: 32), margin: 0)
    #expect(tiling.windows.count == 100)
    let tiled = TiledPredictor(
      predictor: Predictor(model.model), normalization: model.model.normalization, classCount: 3)
    var asked = 0
    let pixels = randomImage(300, 300)
    let prediction = try tiled.predict(pixels, size, tiling, outputs: .labels) {
      asked += 1
      return asked < 100
    }
    #expect(prediction == nil && asked == 100)
  }
}
