export { runTour, type TourContext } from './run-tour.ts';
