import TesseraModels
import TesseraNN
import TesseraTensor

/// What a discriminator may look at.
enum Sight {
  case maps
  case images
}

/// How many pixels of a row of the maps, or of the images, reach the feature in the middle.
///
/// Each is raised in turn, and every weight is positive: it shows wherever it reaches, past rectifiers and maxima.
func pixelsReachingAFeature<Network: Discriminator>(
  height: Int, width: Int, raising sight: Sight, _ body: (ParameterScope) -> Network
) throws -> Int {
  let positive = claims(of: body).map { name, shape in
    (name, Tensor.filled(shape, with: shape.rank == 1 ? 0 : 1 / Float(shape.count / shape[0])))
  }
  let (judge, values) = try build(from: .stored(Dictionary(uniqueKeysWithValues: positive)), body)
  func raised(channels: Int) -> Tensor {
    Tensor([width, channels, height, width]) { elements in
      elements.update(repeating: 0)
      for pixel in 0..<width { elements[((pixel * channels) * height + height / 2) * width + pixel] = 1 }
    }
  }
  let features = evaluate(values) { pass in
    let maps = sight == .maps ? raised(channels: 1) : .zeros([width, 1, height, width])
    let images = sight == .images ? raised(channels: 3) : .zeros([width, 3, height, width])
    return judge(
      EncodedLabelMaps(pass.constant(maps), images: pass.constant(images), coverage: nil), in: pass
    ).features.value
  }
  let (channels, rows, columns) = (features.shape[1], features.shape[2], features.shape[3])
  let elements = features.elements
  let middle = (0..<width).map { elements[($0 * channels * rows + rows / 2) * columns + columns / 2] }
  // Transformed tiles leave the rounding of their sums where nothing reaches.
  let least = 1e-5 * middle.reduce(0, max)
  return middle.count { $0 > least }
}
