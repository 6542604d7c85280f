import TesseraImaging
public import TesseraLabels
import TesseraTensor

/// Makes street scenes whose regions follow rules, so that label maps have a structure for a discriminator to learn.
///
/// Everything stands on the ground in the perspective of one camera; near things hide far ones; poles are thin; light,
/// haze and paint vary so much that colour alone does not tell the classes apart.
public struct SceneGenerator: Hashable, Sendable {
  /// Columns of each scene.
  public let width: Int
  /// Rows of each scene.
  public let height: Int
  /// What all scenes follow from.
  public let seed: UInt64

  /// Sizes that a scene can have on either side.
  public static let sides = 16...4096

  /// The classes of the scenes; in files, 255 is void.
  public static let labelSet: LabelSet = {
    let classes = SceneClass.allCases.map { LabelClass(name: "\($0)", color: $0.color) }
    return LabelSet(preset: classes, voidIDs: [SceneClass.voidID])
  }()

  /// Describes scenes without making any.
  ///
  /// - Precondition: width and height lie in ``sides``.
  public init(width: Int, height: Int, seed: UInt64) {
    precondition(Self.sides.contains(width) && Self.sides.contains(height), "SceneGenerator: \(height)×\(width)")
    self.width = width
    self.height = height
    self.seed = seed
  }

  /// Makes the scene of an index; it depends on nothing but size, seed and index.
  public func scene(_ index: Int) -> Scene {
    var painter = ScenePainter(
      width: width, height: height, generator: Generator(seed: seed, stream: "scene/\(index)"))
    painter.paint()
    let canvas = painter.canvas
    let pixels = canvas.recorded(style: painter.style, using: &painter.generator)
    let labels = zip(canvas.classes, canvas.borders()).map { $1 ? Label.void : .index($0.rawValue) }
    return Scene(
      image: Image(width: width, height: height, pixels: pixels),
      labelMap: LabelMap(width: width, height: height, classCount: Self.labelSet.count, labels: labels))
  }
}
