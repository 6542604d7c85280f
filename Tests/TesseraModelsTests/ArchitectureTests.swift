import Foundation
import TesseraModels
import TesseraNN
import Testing

@Suite struct ArchitectureTests {
  @Test func buildsWhatItNames() {
    let built = claims { Architecture.unet(width: 4).segmenter($0, classCount: 3) }
    let direct = claims { UNet($0, classCount: 3, width: 4) }
    #expect(built.map(\.name) == direct.map(\.name) && built.map(\.shape) == direct.map(\.shape))
    let light = claims { Architecture.lraspp.segmenter($0, classCount: 3) }
    #expect(light.map(\.shape) == claims { LRASPP($0, classCount: 3) }.map(\.shape))
    let scales = claims { Architecture.farabet.segmenter($0, classCount: 3) }
    #expect(scales.map(\.shape) == claims { Farabet($0, classCount: 3) }.map(\.shape))
    let dilated = claims { Architecture.dilated8.segmenter($0, classCount: 3) }
    #expect(dilated.map(\.shape) == claims { Dilated8($0, classCount: 3) }.map(\.shape))
  }

  @Test(arguments: [
    (Architecture.unet(width: 48), #"{"family":"unet","width":48}"#), (.lraspp, #"{"family":"lraspp"}"#),
    (.farabet, #"{"family":"farabet"}"#), (.dilated8, #"{"family":"dilated8"}"#),
  ])
  func comesBackFromJSON(_ architecture: Architecture, _ text: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(architecture), as: UTF8.self) == text)
    #expect(try JSONDecoder().decode(Architecture.self, from: Data(text.utf8)) == architecture)
  }

  @Test(arguments: [
    (#"{"family":"unet","width":0}"#, "has width 0, not 1...1024"),
    (#"{"family":"unet","width":1025}"#, "has width 1025, not 1...1024"),
    (#"{"family":"lraspp","width":8}"#, "has a width, and lraspp comes in one size"),
    (#"{"family":"farabet","width":8}"#, "has a width, and farabet comes in one size"),
    (#"{"family":"dilated8","width":8}"#, "has a width, and dilated8 comes in one size"),
  ])
  func whatCannotBeBuiltIsNotRead(_ text: String, _ problem: String) {
    let error = #expect(throws: ArchitectureError.self) {
      try JSONDecoder().decode(Architecture.self, from: Data(text.utf8))
    }
    #expect(error?.description == problem)
  }

  @Test(arguments: [#"{"family":"unet"}"#, #"{"family":"fpn","width":8}"#, #"{"width":8}"#])
  func otherFormsAreNotRead(_ text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Architecture.self, from: Data(text.utf8)) }
  }

  @Test func everyKindHasAUsualSize() {
    for family in Architecture.Family.allCases { #expect(Architecture(family).family == family) }
    #expect(Architecture(.unet) == .unet(width: 32))
  }

  @Test func namesItself() {
    #expect("\(Architecture.unet(width: 7))" == "unet, width 7" && "\(Architecture.lraspp)" == "lraspp")
    #expect("\(Architecture.farabet)" == "farabet" && "\(Architecture.dilated8)" == "dilated8")
  }

  @Test func widthsAreBounded() async {
    await #expect(processExitsWith: .failure) {
      _ = claims { Architecture.unet(width: 1025).segmenter($0, classCount: 1) }
    }
  }
}
