import TesseraTensor

/// Paints one street scene from far to near: sky, ground, buildings along the street, then what stands on the ground.
///
/// The rules that a label map of it keeps: everything but sky stands on the ground where it says it stands; nearer
/// things hide farther ones; sizes shrink with distance; poles and pedestrians stand at the kerb, cars on the road.
struct ScenePainter {
  var generator: Generator
  let style: SceneStyle
  let street: SceneStreet
  let camera: SceneCamera
  let noise: SceneNoise
  var canvas: SceneCanvas

  /// Draws the plan of a scene.
  init(width: Int, height: Int, generator: Generator) {
    var generator = generator
    style = SceneStyle(using: &generator)
    street = SceneStreet(using: &generator)
    camera = SceneCamera(
      focal: Float(width) * generator.uniform(0.62...0.95), height: generator.uniform(1.4...2.3),
      vanishingColumn: Float(width) * generator.uniform(0.35...0.65),
      horizonRow: Float(height) * generator.uniform(0.36...0.54))
    noise = SceneNoise(seed: UInt32(truncatingIfNeeded: generator.next()))
    canvas = SceneCanvas(width: width, height: height)
    self.generator = generator
  }

  /// Paints everything.
  mutating func paint() {
    paintSky()
    paintGround()
    paintBuildings()
    paintObjects()
  }

  /// Paints what stands on the ground, far things first.
  private mutating func paintObjects() {
    var objects = plannedTrees() + plannedPoles() + plannedCars() + plannedPedestrians()
    objects.sort { ($0.distance, $0.x) > ($1.distance, $1.x) }
    for object in objects {
      switch object.kind {
      case .tree: paintTree(x: object.x, distance: object.distance)
      case .pole: paintPole(x: object.x, distance: object.distance)
      case .car(let heading): paintCar(x: object.x, distance: object.distance, heading: heading)
      case .pedestrian: paintPedestrian(x: object.x, distance: object.distance)
      }
    }
  }

  /// Paints the visible faces of a box that stands parallel to the street.
  mutating func paintBox(_ box: SceneBox, _ shade: Shade) {
    let (near, far) = (box.near, box.far)
    let top = style.seen(shade * 1.1, at: near)
    let front = style.seen(shade * style.frontLight, at: near)
    func corner(_ x: Float, _ height: Float, _ distance: Float) -> SIMD2<Float> { camera.project(x, height, distance) }
    if box.top < camera.height {
      canvas.polygon(
        [
          corner(box.left, box.top, near), corner(box.right, box.top, near), corner(box.right, box.top, far),
          corner(box.left, box.top, far),
        ], top)
    }
    if box.left > 0 || box.right < 0 {
      let x = box.left > 0 ? box.left : box.right
      let light = box.left > 0 ? style.leftLight : style.rightLight
      canvas.polygon(
        [
          corner(x, box.bottom, near), corner(x, box.top, near), corner(x, box.top, far), corner(x, box.bottom, far),
        ], style.seen(shade * light, at: near))
    }
    canvas.rectangle(corner(box.left, box.bottom, near), corner(box.right, box.top, near), front)
  }
}

/// A box parallel to the street, in metres.
struct SceneBox {
  var left, right: Float
  var bottom, top: Float
  var near, far: Float
}

/// Something that stands on the ground: what, how far to the side and how far ahead.
struct SceneObject {
  enum Kind {
    case tree, pole, pedestrian
    case car(heading: CarHeading)
  }

  let kind: Kind
  let x: Float
  let distance: Float
}

/// Which way a car stands to the camera.
enum CarHeading: Equatable {
  case away, towards, across
}
