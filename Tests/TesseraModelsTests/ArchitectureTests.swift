import Foundation
import TesseraModels
import TesseraNN
import Testing

@Suite struct ArchitectureTests {
  @Test func buildsWhatItNames() {
    let built = claims { Architecture(.unet, width: 4).segmenter($0, classCount: 3) }
    let direct = claims { UNet($0, classCount: 3, width: 4) }
    #expect(built.map(\.name) == direct.map(\.name) && built.map(\.shape) == direct.map(\.shape))
    let judge = claims { DiscriminatorArchitecture.largefov.discriminator($0, channels: 5) }
    #expect(judge.map(\.shape) == claims { LargeFOV($0, channels: 5) }.map(\.shape))
  }

  @Test func comesBackFromJSON() throws {
    let data = try JSONEncoder().encode(Architecture(.unet, width: 48))
    #expect(try JSONDecoder().decode(Architecture.self, from: data) == Architecture(.unet, width: 48))
  }

  @Test func widthsAreBounded() async {
    await #expect(processExitsWith: .failure) { _ = Architecture(.unet, width: 1025) }
  }
}
