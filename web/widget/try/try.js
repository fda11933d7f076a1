// A small bookshop that exists only to carry the chat: a front page, six books, two plain pages.
const BOOKS = [
  { id: 'tidewater', title: 'The Tidewater Almanac', by: 'Ines Corrow', price: '18.50', form: 'Hardback, 312 pages', art: 'waves', hue: 'sea',
    about: 'A year on a narrow estuary, one tide table at a time. Corrow writes about eel fishers, flood marks and the patience of people who live by the moon.' },
  { id: 'cartographer', title: 'A Cartographer’s Apology', by: 'Tomas Vell', price: '14.00', form: 'Paperback, 268 pages', art: 'contours', hue: 'moss',
    about: 'A map maker discovers that the island he drew for thirty years is not there. A quiet comedy about being wrong with great precision.' },
  { id: 'night-kitchen', title: 'Bread for Night Workers', by: 'Salma Adeyin', price: '24.00', form: 'Hardback, 220 pages, 90 recipes', art: 'loaf', hue: 'crust',
    about: 'Ninety things to bake between midnight and six, collected from bakers, nurses and lighthouse keepers.' },
  { id: 'wintering', title: 'Wintering Birds of the Harbour', by: 'Jonah Pryce', price: '16.75', form: 'Paperback, 184 pages, illustrated', art: 'bird', hue: 'frost',
    about: 'Forty-one birds you can see from one bench, drawn in pencil over nine winters.' },
  { id: 'clockwork', title: 'Small Repairs', by: 'Ottilie Haan', price: '12.90', form: 'Paperback, 240 pages', art: 'circles', hue: 'plum',
    about: 'Stories about people who mend things: a clock, a boat, a sentence, a marriage.' },
  { id: 'lamps', title: 'A Short History of Lamps', by: 'R. K. Dunmore', price: '21.00', form: 'Hardback, 276 pages', art: 'lamp', hue: 'amber',
    about: 'From tallow to filament in eleven chapters, each read best by the light it describes.' },
];
const PAGES = {
  delivery: ['Delivery', 'Orders placed before two o’clock leave the shop the same day.', 'Within the country a parcel takes two working days and costs 3.90. From 40.00 on we pay. Abroad it takes five to eight working days. If a book arrives with a bent corner, write to us in the chat with a picture: we send another.'],
  visit: ['Visit us', '14 Harbour Lane, the green door next to the chandler.', 'We are open Monday to Saturday from 9:30 to 18:00. There is tea. Dogs are welcome, wet dogs especially. On the first Thursday of the month someone reads aloud until nine.'],
};
const ART = {
  waves: ['M0 84q15-14 30 0t30 0 30 0 30 0M0 104q15-14 30 0t30 0 30 0 30 0M0 124q15-14 30 0t30 0 30 0 30 0', 'M60 34a13 13 0 1 0 .1 0'],
  contours: ['M18 96c6-46 70-62 86-18s-30 60-58 52-32-14-28-34ZM36 96c4-28 44-38 54-10s-20 36-36 31-20-10-18-21ZM52 96c2-12 20-16 24-4s-8 15-15 13-10-4-9-9Z'],
  loaf: ['M22 112V82c-10-26 22-34 38-34s48 8 38 34v30Z', 'M44 66l8 14M60 62l8 14M76 62l8 14'],
  bird: ['M20 96c26 4 34-30 62-30 10 0 14 8 24 8-8 6-10 8-12 18-4 20-40 26-58 14', 'M84 72h.1M58 106v22M70 106v22'],
  circles: ['M60 50a34 34 0 1 0 .1 0M60 64a20 20 0 1 0 .1 0M60 84l14-20', 'M60 42v8M60 118v8M18 84h8M94 84h8'],
  lamp: ['M38 84l10-36h24l10 36ZM60 84v32M44 116h32', 'M24 96l-8 6M96 96l8 6M60 36v-8'],
};

const make = (tag, attributes = {}, ...children) => {
  const space = ['svg', 'path', 'rect'].includes(tag) ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml';
  const element = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

function cover(book) {
  return make('span', { class: `cover ${book.hue}`, 'aria-hidden': 'true' },
    make('span', { class: 'cover-title' }, book.title),
    make('svg', { viewBox: '0 0 120 140' }, ...ART[book.art].map((d) => make('path', { d }))),
    make('span', { class: 'cover-by' }, book.by),
  );
}

function front() {
  return [
    make('section', { class: 'hello' },
      make('h1', {}, 'Six books worth staying up for'),
      make('p', {}, 'Chosen by the three of us, read to the last page, wrapped by hand. Ask us anything; someone who has read them answers.'),
    ),
    make('ul', { class: 'shelf' }, ...BOOKS.map((book) =>
      make('li', {}, make('a', { href: `?book=${book.id}` },
        cover(book),
        make('strong', {}, book.title), make('span', { class: 'by' }, book.by), make('span', { class: 'price' }, `€ ${book.price}`),
      )),
    )),
  ];
}

function bookPage(book) {
  return [make('section', { class: 'book' },
    cover(book),
    make('div', {},
      make('h1', {}, book.title),
      make('p', { class: 'by' }, book.by),
      make('p', { class: 'about' }, book.about),
      make('p', { class: 'form' }, book.form),
      make('p', { class: 'price big' }, `€ ${book.price}`),
      make('p', { class: 'stock' }, 'In stock. Leaves the shop today.'),
      make('p', {}, make('a', { href: '?' }, 'All books')),
    ),
  )];
}

function plainPage([title, lead, text]) {
  return [make('section', { class: 'plain' }, make('h1', {}, title), make('p', { class: 'lead' }, lead), make('p', {}, text))];
}

const asked = new URLSearchParams(location.search);
const book = BOOKS.find((one) => one.id === asked.get('book'));
const page = PAGES[asked.get('page')];
document.title = book ? `${book.title} · Lamplight Books` : page ? `${page[0]} · Lamplight Books` : 'Lamplight Books';
document.getElementById('main').append(...(book ? bookPage(book) : page ? plainPage(page) : front()));
