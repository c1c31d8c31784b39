"""The goods of the planted shop in English: what there is, what it is made of and how shoppers speak of it."""

from data.samples.planted.words import Language, read_departments

GOODS = """
women's clothing | 42 | linen, cotton, viscose, silk, wool
    floral, striped, plain, pleated, relaxed, tailored
  dresses: wrap dress, midi dress, shirt dress, maxi dress, slip dress, tunic dress
  tops: blouse, camisole, t-shirt, peplum top, sleeveless top, long-sleeve top
  knitwear: cardigan, jumper, roll-neck, sweater vest, poncho, cropped jumper
men's clothing | 45 | cotton, wool, linen, flannel, corduroy
    slim, classic, checked, plain, washed, relaxed
  shirts: oxford shirt, polo shirt, overshirt, dress shirt, work shirt, short-sleeve shirt
  trousers: chinos, suit trousers, cargo trousers, drawstring trousers, pleated trousers, shorts
  coats: overcoat, parka, bomber jacket, blazer, gilet, field jacket
children's clothing | 18 | cotton, jersey, fleece, bamboo, muslin
    cheerful, dotted, striped, soft, starry, plain
  sleepwear: pyjamas, sleepsuit, nightdress, dressing gown, sleeping bag, romper
  school wear: pinafore, school jumper, school trousers, school polo, gym shorts, school skirt
  rainwear: puddle suit, rain jacket, rain trousers, splash poncho, rain hat, rain mittens
shoes | 68 | leather, suede, canvas, mesh, nubuck
    classic, lightweight, waterproof, cushioned, pointed, everyday
  trainers: running trainers, court trainers, trail trainers, high-top trainers, walking trainers, gym trainers
  boots: ankle boots, chelsea boots, hiking boots, lace-up boots, snow boots, riding boots
  sandals: slide sandals, strappy sandals, platform sandals, sport sandals, espadrilles, clogs
bags and luggage | 75 | leather, canvas, nylon, recycled, ripstop
    compact, roomy, foldable, quilted, sturdy, slim
  handbags: tote bag, crossbody bag, shoulder bag, clutch, bucket bag, satchel
  backpacks: laptop backpack, day pack, school backpack, roll-top backpack, mini backpack, commuter backpack
  suitcases: cabin suitcase, large suitcase, holdall, garment bag, weekend bag, trolley bag
jewellery | 58 | silver, gold-plated, steel, pearl, brass
    delicate, twisted, hammered, engraved, bold, minimal
  necklaces: pendant necklace, choker, locket, chain necklace, lariat, charm necklace
  earrings: hoop earrings, stud earrings, drop earrings, ear cuffs, huggies, threader earrings
  watches: dress watch, diver's watch, chronograph, field watch, smart watch, bracelet watch
kitchen | 34 | steel, cast-iron, copper, ceramic, bamboo
    non-stick, stackable, professional, compact, oven-safe, everyday
  cookware: frying pan, saucepan, casserole, wok, grill pan, stock pot
  kitchen tools: chef's knife, peeler, whisk, spatula, grater, chopping board
  coffee and tea: cafetiere, coffee grinder, teapot, espresso maker, milk frother, kettle
home textiles | 32 | cotton, linen, velvet, wool, bamboo
    washed, woven, embroidered, waffle, plain, striped
  bedding: duvet cover, pillowcase set, fitted sheet, bedspread, quilt, mattress topper
  towels: bath towel, hand towel, beach towel, bath mat, face cloth set, hair towel
  cushions and throws: cushion cover, throw, floor cushion, seat pad, bolster, knitted blanket
furniture | 210 | oak, walnut, pine, rattan, steel
    modern, rustic, folding, nordic, compact, solid
  tables: coffee table, dining table, side table, console table, desk, bedside table
  chairs: armchair, dining chair, bar stool, rocking chair, office chair, bench
  shelving: bookcase, wall shelf, shoe rack, ladder shelf, sideboard, storage cube
lighting | 64 | glass, brass, paper, linen, steel
    dimmable, adjustable, pleated, industrial, globe, slim
  ceiling lights: pendant light, chandelier, flush ceiling light, spotlight bar, lantern, cluster pendant
  lamps: table lamp, floor lamp, desk lamp, reading lamp, clip lamp, night light
  outdoor lights: solar path light, wall lantern, string lights, floodlight, post lamp, deck light
garden | 39 | wooden, zinc, terracotta, steel, willow
    weatherproof, hanging, compact, sturdy, raised, traditional
  planters: window box, plant pot, herb planter, hanging basket, trough, plant stand
  garden tools: hand trowel, pruning shears, garden fork, watering can, leaf rake, hoe
  outdoor living: fire pit, garden bench, hammock, parasol, bird feeder, picnic table
diy and tools | 57 | steel, carbon, aluminium, rubber, brass
    cordless, heavy-duty, compact, magnetic, precision, folding
  power tools: drill driver, jigsaw, sander, circular saw, heat gun, rotary tool
  hand tools: claw hammer, spanner set, screwdriver set, hand saw, pliers, spirit level
  paint and walls: paint roller, masking tape set, wall filler, brush set, scraper, dust sheet
audio | 96 | aluminium, matte, walnut, fabric, graphite
    wireless, portable, noise-cancelling, compact, retro, waterproof
  headphones: over-ear headphones, earbuds, gaming headset, sports earphones, studio headphones, sleep earbuds
  speakers: bluetooth speaker, bookshelf speaker, soundbar, party speaker, shower speaker, subwoofer
  turntables and radios: turntable, kitchen radio, alarm radio, cassette player, stereo system, radio dock
phones and tablets | 49 | silicone, leather, glass, braided, recycled
    slim, rugged, clear, magnetic, foldable, fast
  phone cases: phone case, wallet case, bumper case, flip case, card holder case, lanyard case
  chargers: wall charger, power bank, wireless charger, car charger, charging cable, charging dock
  tablet accessories: tablet sleeve, stylus, keyboard cover, tablet stand, screen protector, tablet folio
computers | 118 | aluminium, graphite, matte, white, carbon
    quiet, ergonomic, compact, mechanical, wireless, ultra-slim
  keyboards and mice: keyboard, mouse, trackball, number pad, mouse mat, wrist rest
  monitors: office monitor, curved monitor, gaming monitor, portable monitor, monitor arm, monitor stand
  storage and networks: external drive, memory stick, wifi router, usb hub, network switch, drive enclosure
photography | 132 | carbon, leather, aluminium, canvas, glass
    compact, vintage, professional, lightweight, padded, instant
  cameras: instant camera, action camera, film camera, bridge camera, trail camera, webcam
  lenses and filters: zoom lens, prime lens, polarising filter, macro lens, lens hood, lens cap set
  tripods and bags: tripod, camera bag, gimbal, monopod, camera strap, lens pouch
toys | 24 | wooden, plush, magnetic, foam, cardboard
    colourful, classic, glow-in-the-dark, giant, mini, educational
  building toys: building blocks, marble run, train set, castle kit, gear set, domino set
  soft toys: teddy bear, rabbit, dinosaur, unicorn, puppy, penguin
  puzzles and games: jigsaw puzzle, memory game, board game, card game, brain teaser, tile game
stationery | 14 | paper, leather, linen, brass, cork
    dotted, recycled, pocket, refillable, marbled, ruled
  notebooks: notebook, weekly planner, sketchbook, address book, journal, memo pad
  pens and ink: fountain pen, ballpoint pen, gel pen set, calligraphy set, highlighter set, pencil set
  cards and wrapping: birthday cards, gift wrap, thank-you cards, ribbon set, gift tags, postcards
beauty | 26 | rose, oat, aloe, coconut, mineral
    hydrating, gentle, radiant, matte, nourishing, fragrance-free
  skin care: day cream, night serum, face cleanser, eye balm, clay mask, face oil
  make-up: lipstick, foundation, mascara, blush, eyeshadow palette, brow pencil
  hair care: shampoo, conditioner, hair mask, styling cream, dry shampoo, scalp scrub
health | 22 | magnesium, vitamin, ginger, lavender, oat
    daily, organic, sugar-free, high-strength, soothing, herbal
  supplements: capsules, gummies, effervescent tablets, protein powder, drops, lozenges
  sleep and calm: pillow spray, bath salts, sleep mask, bath oil, heat pad, aroma diffuser
  first aid: plaster set, cooling gel, bandage roll, hand balm, foot cream, throat spray
sports | 47 | rubber, foam, steel, cork, mesh
    adjustable, non-slip, breathable, foldable, weighted, competition
  yoga and pilates: yoga mat, yoga block, pilates ring, meditation cushion, stretch strap, balance pad
  strength training: kettlebell, dumbbell set, resistance bands, pull-up bar, weight bench, push-up grips
  ball games: football, basketball, tennis racket, badminton set, table tennis set, volleyball
camping | 88 | nylon, down, titanium, fleece, canvas
    ultralight, insulated, inflatable, two-person, pop-up, all-season
  tents: dome tent, tunnel tent, tarp, awning, beach shelter, bivvy bag
  sleeping gear: sleeping bag, sleeping mat, camp bed, travel pillow, quilt bag, sleep liner
  camp kitchen: gas stove, mess kit, water bottle, cool box, camp kettle, water filter
cycling | 63 | carbon, aluminium, merino, rubber, mesh
    reflective, aerodynamic, padded, waterproof, folding, puncture-proof
  bike parts: saddle, pedals, handlebar tape, bike tyre, chain, brake pads
  bike clothing: cycling jersey, bib shorts, cycling gloves, helmet, arm warmers, cycling jacket
  bike accessories: bike light set, pannier, bike lock, floor pump, bell, mudguard set
pets | 27 | rope, plush, bamboo, chicken, salmon
    washable, chew-proof, cosy, interactive, grain-free, travel
  dogs: dog bed, dog lead, chew toy, dog treats, dog coat, dog bowl
  cats: scratching post, cat tunnel, cat treats, litter tray, cat bed, feather wand
  small animals: hamster wheel, rabbit hutch, hay feeder, bird perch, fish flakes, guinea pig house
baby | 36 | cotton, muslin, silicone, wooden, bamboo
    soft, foldable, washable, organic, musical, lightweight
  feeding: baby bottle, bib set, weaning set, high chair pad, sippy cup, nursing pillow
  nursery: cot mobile, changing mat, moses basket, cot sheet, swaddle, baby monitor
  out and about: baby carrier, changing bag, pram blanket, pram organiser, sun shade, stroller liner
food and drink | 12 | almond, honey, cocoa, lemon, ginger
    smoked, organic, spiced, roasted, small-batch, sugar-free
  sweets and chocolate: chocolate bar, fudge, truffles, biscuits, nougat, caramels
  tea and coffee: loose tea, coffee beans, tea bags, cold brew, chai mix, infusion
  pantry: granola, jam, syrup, nut butter, salad dressing, cooking sauce
"""

OPENINGS = (
    "{Adjective} {noun} with a {material} finish.", "Our {adjective} {noun}, {material} through and through.",
    "{Adjective} {noun}: {material}, carefully made.", "{Adjective} and well made: {noun} in {material}.",
)  # fmt: skip
USES = (
    "Made for every day, and easy to care for.", "A gift that people keep.", "Small details, checked by hand.",
    "Made in small runs by {brand}.", "Pairs well with the rest of our {kind}.", "Sent in plastic-free packaging.",
)  # fmt: skip

REVIEWS = {
    1: ("Broke within a week. Very disappointed with this {noun}.", "Nothing like the picture, sent it straight back.",
        "Terrible quality, I would not buy from {brand} again.", "The {noun} arrived damaged and nobody answered."),
    2: ("Not worth the money, the {noun} feels cheap.", "Expected better from {brand}. It works, just about.",
        "The {noun} is smaller than described and the finish is poor.", "Slow delivery and a scratched {noun}."),
    3: ("It is fine. The {noun} does its job, no more.", "Average {noun} for the price.",
        "Looks nice but the quality is so-so.", "Some good, some bad: decent {noun}, sloppy packaging."),
    4: ("Good {noun}, just as described.", "Happy with it, though the colour is a little darker.",
        "Solid quality from {brand}, would buy again.", "Nice {noun}, only the packaging could be better."),
    5: ("Love this {noun}! Better than I hoped.", "Perfect. Beautiful quality and quick delivery.",
        "Best {noun} I have ever had, thank you {brand}.", "Excellent, already ordered a second one."),
}  # fmt: skip

ENGLISH = Language(
    "en", read_departments(GOODS), "{adjective} {material} {noun}",
    ("{noun}", "{material} {noun}", "{adjective} {noun}"), OPENINGS, USES, REVIEWS, "EUR",
)  # fmt: skip
